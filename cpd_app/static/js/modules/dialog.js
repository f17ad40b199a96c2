// Opens a dialog of this page in place of the page its link leads to.
//
//   <a href="…/withdraw" data-module="dialog" data-dialog="withdraw">
//
// A browser without <dialog> follows the link. A click on the veil closes.
export function start(link) {
  const dialog = document.getElementById(link.dataset.dialog);
  if (!dialog?.showModal) return;
  link.setAttribute("aria-haspopup", "dialog");
  link.addEventListener("click", (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    dialog.showModal();
  });
  dialog.addEventListener("click", (event) => {
    if (event.target === dialog) dialog.close();
  });
  dialog.addEventListener("close", () => link.focus());
}
