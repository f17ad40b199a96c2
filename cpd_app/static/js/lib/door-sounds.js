// Three results that are told apart without looking: confirmed one short tone, queued two, refused
// one long and low; the phone shakes alike.
const TONES = {
  confirmed: [[880, 0, 0.12]],
  again: [[880, 0, 0.08], [880, 0.14, 0.08]],
  queued: [[660, 0, 0.1], [880, 0.16, 0.1]],
  refused: [[196, 0, 0.6]],
};
const SHAKES = { confirmed: [60], again: [60, 60, 60], queued: [60, 80, 60], refused: [450] };
let context;

/** Browsers let a page sound only after somebody has touched it. */
export function wake() {
  if (!("AudioContext" in globalThis)) return;
  context ??= new AudioContext();
  context.resume();
}

export function sound(kind) {
  navigator.vibrate?.(SHAKES[kind]);
  if (context?.state !== "running") return;
  for (const [pitch, after, length] of TONES[kind]) {
    const tone = context.createOscillator();
    const volume = context.createGain();
    const from = context.currentTime + after;
    tone.frequency.value = pitch;
    tone.type = kind === "refused" ? "square" : "sine";
    volume.gain.setValueAtTime(0.4, from);
    volume.gain.exponentialRampToValueAtTime(0.001, from + length);
    tone.connect(volume).connect(context.destination);
    tone.start(from);
    tone.stop(from + length);
  }
}
