"""A recording, opened once: its episodes, each with its look-ups. Picture and story are made from this one thing."""

from __future__ import annotations

from dataclasses import dataclass

from gradwalk.analysis.episodes import Episode, episodes
from gradwalk.recording import Recording


@dataclass(frozen=True)
class Analysis:
    recording: Recording
    episodes: tuple[Episode, ...]


def analyse(recording: Recording) -> Analysis:
    """In time linear in the length of the recording, where its episodes do not build on each other's graphs."""
    return Analysis(recording, episodes(recording))


def first_of(analysis: Analysis, events: int) -> Analysis:
    """As few of its first episodes as have so many events, at least one."""
    count, seen = 1, len(analysis.episodes[0].originals)
    while seen < events and count < len(analysis.episodes):
        seen += len(analysis.episodes[count].originals)
        count += 1
    return Analysis(analysis.recording, analysis.episodes[:count])


def analyse_beginning(recording: Recording) -> Analysis | None:
    """Of a recording that was cut, the episodes that are whole: all but the last; None where there are none."""
    found = episodes(recording)[:-1]
    return Analysis(recording, found) if found else None
