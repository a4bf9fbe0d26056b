"""Sentences of the density Learn: what a gradient means, and nothing of how PyTorch keeps it."""

from __future__ import annotations

LEARN = {
    "question": "How does {target} change when {leaf} changes?",
    "question many": "How does {target} change when {leaf} change?",
    "question all": "How does {target} change when {leaf} or one of {others} others changes?",
    "sum": "{target}, the sum of the elements of {root},",
    "weighed": "{target} = Σ {v} · {root}",
    "times": "{target} = {v} · {root}",
    "gradient of": "The gradient of {leaf}",
    "arrived": "{gradient} arrives at {leaf}, and that is its gradient.",
    "arrived both": "Both contributions have arrived at {leaf}: together they are its gradient, {gradient}.",
    "arrived several": "All {count} contributions have arrived at {leaf}: together they are its gradient, {gradient}.",
    "why": "If {operand} changes a little, {result} changes {local} times as much, and {target} {upstream} times as "
    "much as {result}: together {upstream} · {factor} times as much. So {operand} gets {contribution}.",
    "rises": "If {leaf} grows a little, {target} grows {size} times as much.",
    "falls": "If {leaf} grows a little, {target} falls {size} times as much.",
    "flat": "The slope is 0: if {leaf} changes a little, {target} changes by far less.",
    "meaning": "What it means",
    "move": "Move {leaf} by {nudge}, and {target} moves by about {moved}.",
    "fastest": "Of the elements of {leaf}, {target} changes fastest with {leaf}{place}: move it by {nudge}, and "
    "{target} moves by about {moved}.",
    "alike": "{target} changes equally fast with each element of {leaf}: move one by {nudge}, and {target} moves by "
    "about {moved}.",
    "slope": "If {leaf} changes little enough, {target} changes {gradient} times as much.",
    "none faster": "With no element of {leaf} {target} changes faster than with {leaf}{place}: move it by {nudge}, "
    "and {target} moves by about {moved}.",
    "fastest slope": "Of the elements of {leaf}, {target} changes fastest with {leaf}{place}: {gradient} times as "
    "much, if it changes little enough.",
    "none faster slope": "With no element of {leaf} {target} changes faster than with {leaf}{place}: {gradient} times "
    "as much, if it changes little enough.",
    "alike slope": "{target} changes equally fast with each element of {leaf}: {gradient} times as much, if one "
    "changes little enough.",
    "flat all": "The slope along each element of {leaf} is 0: if one changes a little, {target} changes by far less.",
    "fastest of all": "Of all {count} numbers, {target} changes fastest with {leaf}{place}: move it by {nudge}, and "
    "{target} moves by about {moved}.",
    "none of all faster": "With none of the {count} numbers {target} changes faster than with {leaf}{place}: move it "
    "by {nudge}, and {target} moves by about {moved}.",
    "fastest of all slope": "Of all {count} numbers, {target} changes fastest with {leaf}{place}: {gradient} times as "
    "much, if it changes little enough.",
    "none of all faster slope": "With none of the {count} numbers {target} changes faster than with {leaf}{place}: "
    "{gradient} times as much, if it changes little enough.",
    "flat everywhere": "The slope along each of the {count} numbers is 0: if one changes a little, {target} changes by "
    "far less.",
    "corner": "{result} stands at a corner of {kernel}: there the slope may be another to either side, so no one "
    "number says how far it moves. The gradients follow the slope that PyTorch takes.",
    "end": "The end of the pass",
    "done": "The pass is done.",
    "no value": "{target} is {value}, which is no finite number, so how far it moves cannot be told.",
    "no slope": "The gradient of {leaf} is not finite: it is no slope, and after an update with it {leaf} would not be "
    "finite either.",
    "no slope many": "The gradients of {leaf} are not finite: they are no slopes, and after an update with them these "
    "would not be finite either.",
    "no slope all": "{count} gradients are not finite: they are no slopes, and after an update with them these "
    "variables would not be finite either.",
    "began": "It began at {result}.",
    "began locally": "It began with the local gradient ∂{result}/∂{operand}.",
    "moved": "{leaf} = {at} gives {target} = {value}: it moved by {moved}.",
    "moved beside": "{leaf} = {at} gives {target} = {value}: it moved by {moved}, and {nudge} times the gradient of "
    "{leaf} is about {promise}.",
}
