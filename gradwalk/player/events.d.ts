/* What the player and its neighbours on a page tell each other: events of the document. Read by the type checker alone. */

/** The step on show; who comes late asks for it by "gradwalk:where". */
interface ShownStep {
  opened: string;
  step: number;
  last: boolean;
  density: "learn" | "pytorch";
  predicting: boolean;
  span?: number[];
  now?: unknown;
  kind: string | null;
}

interface DocumentEventMap {
  "gradwalk:step": CustomEvent<ShownStep>;
  "gradwalk:where": Event;
  /** Boxes that were pressed in another drawing of the same run. */
  "gradwalk:pick": CustomEvent<{ boxes: string[] }>;
  /** The number of a variable, to a value or by steps of its slider; who can set it calls `preventDefault()`. */
  "gradwalk:value": CustomEvent<{ name: string; value?: number; steps?: number }>;
  /** The player fills the screen, and has a place for another drawing of the same run; null when it no longer does. */
  "gradwalk:present": CustomEvent<{ place: HTMLElement | null }>;
  "gradwalk:go": CustomEvent<{ step: number }>;
  "gradwalk:line": CustomEvent<{ line: number; column: number; end: number }>;
  "gradwalk:output": CustomEvent<{ cell: number; stream: string; text: string }>;
  "gradwalk:perceptron-edit": CustomEvent<{ part: string; row: number; text: string }>;
}
