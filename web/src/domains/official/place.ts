/** Where this device is, asked of it now. */

import { ApiError } from "../../kit/api";
import { t } from "../../kit/i18n.svelte";

/** Throws an error with words for the screen when the device does not tell. */
export const here = (): Promise<GeolocationCoordinates> =>
  new Promise((resolve, reject) => {
    const no = (): void => reject(new ApiError({ code: "no_place", message: t("place.denied"), details: {} }));
    if (!navigator.geolocation) return no();
    navigator.geolocation.getCurrentPosition(({ coords }) => resolve(coords), no, { timeout: 15_000 });
  });
