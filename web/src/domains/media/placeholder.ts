/** What stands where a picture will be: the server's coarse grid of colours, drawn enlarged and smooth. */

const drawn = new Map<string, string>();
const MOST = 300;

/** A data: address for `placeholder`; empty where there is none. */
export function blurred(placeholder: string | null | undefined): string {
  if (!placeholder) return "";
  let url = drawn.get(placeholder);
  if (url === undefined) {
    if (drawn.size > MOST) drawn.clear();
    drawn.set(placeholder, (url = draw(placeholder)));
  }
  return url;
}

function draw(placeholder: string): string {
  const bytes = Uint8Array.from(atob(placeholder), (letter) => letter.charCodeAt(0));
  const [columns, rows] = [(bytes[0] ?? 0) >> 4, (bytes[0] ?? 0) & 15];
  const canvas = document.createElement("canvas");
  const pen = canvas.getContext("2d");
  if (!pen || !columns || !rows || bytes.length < 1 + 2 * columns * rows) return "";
  [canvas.width, canvas.height] = [columns, rows];
  for (let cell = 0; cell < columns * rows; cell++) {
    const packed = ((bytes[1 + 2 * cell] ?? 0) << 8) | (bytes[2 + 2 * cell] ?? 0);
    pen.fillStyle = `rgb(${(packed >> 11) << 3} ${((packed >> 5) & 63) << 2} ${(packed & 31) << 3})`;
    pen.fillRect(cell % columns, Math.floor(cell / columns), 1, 1);
  }
  return canvas.toDataURL();
}
