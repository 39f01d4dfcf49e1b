/** Makes a photo as small as the screens it will be seen on, before it goes over a slow line. Who wants the original sends that. */

const EDGE = 2048;
const QUALITY = 0.82;
const SMALL_BYTES = 400_000;

export interface Shrunk {
  data: Blob;
  width: number;
  height: number;
}

/** A photo upright and at most 2048 pixels long; as it is where the browser cannot read it: the server says what is wrong then. */
export async function shrink(file: Blob, original: boolean): Promise<Shrunk> {
  let picture: ImageBitmap;
  try {
    picture = await createImageBitmap(file, { imageOrientation: "from-image" });
  } catch {
    return { data: file, width: 4, height: 3 };
  }
  const { width, height } = picture;
  try {
    const scale = Math.min(1, EDGE / Math.max(width, height));
    const plain = original || file.type === "image/gif" || (scale === 1 && file.size <= SMALL_BYTES);
    const data = plain ? file : ((await smaller(picture, Math.round(width * scale), Math.round(height * scale), file.type)) ?? file);
    return { data: data.size < file.size ? data : file, width, height };
  } finally {
    picture.close();
  }
}

function smaller(picture: ImageBitmap, width: number, height: number, type: string): Promise<Blob | null> {
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [width, height];
  const pen = canvas.getContext("2d");
  if (!pen) return Promise.resolve(null);
  pen.imageSmoothingQuality = "high";
  pen.drawImage(picture, 0, 0, width, height);
  // what can be seen through stays so
  const kind = type === "image/png" || type === "image/webp" ? "image/webp" : "image/jpeg";
  return new Promise((resolve) => canvas.toBlob(resolve, kind, QUALITY));
}
