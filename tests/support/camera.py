"""A camera for the browser of a test, which films the picture it is shown."""

import base64
import io

import segno
from playwright.sync_api import Page

#: before any script of the page: what getUserMedia gives is a canvas
CAMERA = """
(() => {
  const canvas = Object.assign(document.createElement("canvas"), { width: 1280, height: 720 });
  const pen = canvas.getContext("2d");
  const wall = () => { pen.fillStyle = "#9a948a"; pen.fillRect(0, 0, 1280, 720); };
  window.film = async (address) => {
    wall();
    if (!address) return;
    const picture = new Image();
    picture.src = address;
    await picture.decode();
    pen.drawImage(picture, 640 - picture.width / 2, 360 - picture.height / 2);
  };
  wall();
  // A stream carries only what is drawn anew.
  setInterval(() => pen.fillRect(0, 0, 1, 1), 50);
  navigator.mediaDevices.getUserMedia = async () => canvas.captureStream(20);
})();
"""


def give_camera(page: Page) -> None:
    """Let the page have a camera; call it before the page is opened."""
    page.add_init_script(CAMERA)


def film(page: Page, text: str | None) -> None:
    """Hold a QR code with this text before the camera; None takes it away."""
    page.evaluate("address => film(address)", text and picture_of(text))


def picture_of(text: str) -> str:
    """A code as a data address, drawn by an encoder that the service does not use."""
    made = io.BytesIO()
    segno.make(text, error="m", micro=False).save(made, kind="png", scale=8, border=4)
    return "data:image/png;base64," + base64.b64encode(made.getvalue()).decode()
