// Long press, right click, or the keyboard's menu key: all of them open the menu of a thing.
const HOLD_MS = 450;
const SLIP_PX = 10;

/** An attachment for the element whose menu it is. A press that becomes a scroll is not a hold. */
export function hold(open: () => void) {
  return (node: HTMLElement): (() => void) => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    let from = { x: 0, y: 0 };
    let held = false;
    const stop = (): void => clearTimeout(timer);
    const down = (event: PointerEvent): void => {
      if (event.pointerType === "mouse") return;
      from = { x: event.clientX, y: event.clientY };
      held = false;
      stop();
      timer = setTimeout(() => {
        held = true;
        navigator.vibrate?.(10);
        open();
      }, HOLD_MS);
    };
    const move = (event: PointerEvent): void => {
      if (Math.hypot(event.clientX - from.x, event.clientY - from.y) > SLIP_PX) stop();
    };
    const menu = (event: MouseEvent): void => {
      event.preventDefault();
      stop();
      if (!held) open();
      held = false;
    };
    const click = (event: MouseEvent): void => {
      if (!held) return;
      event.preventDefault();
      event.stopPropagation();
      held = false;
    };
    node.addEventListener("pointerdown", down);
    node.addEventListener("pointermove", move);
    node.addEventListener("pointerup", stop);
    node.addEventListener("pointercancel", stop);
    node.addEventListener("contextmenu", menu);
    node.addEventListener("click", click, true);
    return () => {
      stop();
      node.removeEventListener("pointerdown", down);
      node.removeEventListener("pointermove", move);
      node.removeEventListener("pointerup", stop);
      node.removeEventListener("pointercancel", stop);
      node.removeEventListener("contextmenu", menu);
      node.removeEventListener("click", click, true);
    };
  };
}
