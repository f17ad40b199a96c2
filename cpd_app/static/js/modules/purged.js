// A file was removed for good: whoever keeps copies on this device (the outbox, stored drafts) hears
// of it and removes them too. detail: {key (of the upload, may be empty), hash (SHA-256)}.
export function start(element) {
  const { key, hash } = element.dataset;
  document.dispatchEvent(new CustomEvent("cpd:file-purged", { detail: { key, hash } }));
}
