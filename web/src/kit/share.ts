// Hands an address to the phone's share sheet, or to the clipboard where there is none.

/** "shared" when the phone took it, "copied" when it is on the clipboard, "no" when the person changed their mind. */
export async function share(url: string, text: string): Promise<"shared" | "copied" | "no"> {
  if (navigator.share) {
    try {
      await navigator.share({ url, text });
      return "shared";
    } catch (error) {
      if ((error as DOMException).name === "AbortError") return "no";
    }
  }
  return (await copy(url)) ? "copied" : "no";
}

/** Put a text on the clipboard; works without HTTPS too, where the clipboard API is missing. */
export async function copy(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const field = document.createElement("textarea");
    field.value = text;
    field.style.cssText = "position:fixed;opacity:0";
    (document.querySelector("dialog[open]") ?? document.body).append(field);
    field.select();
    const done = document.execCommand("copy");
    field.remove();
    return done;
  }
}
