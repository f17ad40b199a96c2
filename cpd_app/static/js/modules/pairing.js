// The code of a scanned pairing link stands behind #, which browsers send to nobody: it is put into
// the field, and taken out of the address and the history.
export function start(form) {
  const code = decodeURIComponent(location.hash.slice(1));
  if (!/^[0-9A-Za-z-]{8,12}$/.test(code)) return;
  history.replaceState(null, "", location.pathname);
  form.elements.code.value = code;
  form.querySelector("button").focus();
}
