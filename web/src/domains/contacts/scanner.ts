// Reads codes from a camera or from a photo: by the browser's own detector where there is one, else by qr-scanner, loaded on demand.

interface Detector {
  detect(image: CanvasImageSource | Blob): Promise<{ rawValue: string }[]>;
}
declare global {
  interface Window {
    BarcodeDetector?: { new (options: { formats: string[] }): Detector; getSupportedFormats(): Promise<string[]> };
  }
}

export type Reader = (image: HTMLVideoElement | ImageBitmap | HTMLCanvasElement) => Promise<string | null>;

/** The best reader this browser has. */
export async function codeReader(): Promise<Reader> {
  const Native = window.BarcodeDetector;
  if (Native && (await Native.getSupportedFormats().catch((): string[] => [])).includes("qr_code")) {
    const detector = new Native({ formats: ["qr_code"] });
    return async (image) => (await detector.detect(image))[0]?.rawValue ?? null;
  }
  const { default: QrScanner } = await import("qr-scanner");
  const engine = await QrScanner.createQrEngine();
  return async (image) => {
    try {
      return (await QrScanner.scanImage(onCanvas(image), { qrEngine: engine, returnDetailedScanResult: true })).data;
    } catch {
      return null; // it throws when there is no code in the picture
    }
  };
}

const MOST_PX = 1000;

function onCanvas(image: HTMLVideoElement | ImageBitmap | HTMLCanvasElement): HTMLCanvasElement {
  const [width, height] = image instanceof HTMLVideoElement ? [image.videoWidth, image.videoHeight] : [image.width, image.height];
  const scale = Math.min(1, MOST_PX / Math.max(width, height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round(width * scale));
  canvas.height = Math.max(1, Math.round(height * scale));
  canvas.getContext("2d")?.drawImage(image, 0, 0, canvas.width, canvas.height);
  return canvas;
}

/** The code in a photo, or null. */
export async function readPhoto(photo: Blob): Promise<string | null> {
  const [reader, bitmap] = await Promise.all([codeReader(), createImageBitmap(photo)]);
  return reader(bitmap);
}

/** Where one of our own codes leads inside the client, such as /c/abc; null for everything else. */
export function pathOf(text: string, url: string): string | null {
  const found = /^https?:\/\/([^/]+)(\/(?:i|c|g|l|o|connect\/confirm)\/[^/?#]+)$/.exec(text.trim());
  if (!found) return null;
  const ours = [location.host, url ? new URL(url).host : ""];
  return ours.includes(found[1] ?? "") ? (found[2] ?? null) : null;
}
