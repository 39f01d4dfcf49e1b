// What the dry run of an import says. The wire leaves the report open; this is what the server's importers write into it.
import type { Import } from "../../kit/wire";

export interface ImportReport {
  source: "whatsapp" | "telegram";
  title: string;
  people: { name: string; messages: number }[];
  messages: number;
  notices: number;
  media_present: number;
  media_missing: number;
  first_at: number | null;
  last_at: number | null;
  unread: { number: number; text: string; reason: string }[];
  unread_total: number;
  ambiguous_dates: boolean;
}

const EMPTY: ImportReport = {
  source: "whatsapp",
  title: "",
  people: [],
  messages: 0,
  notices: 0,
  media_present: 0,
  media_missing: 0,
  first_at: null,
  last_at: null,
  unread: [],
  unread_total: 0,
  ambiguous_dates: false,
};

/** The report of an import, with nothing missing. */
export const reportOf = (one: Import): ImportReport => ({ ...EMPTY, ...(one.report as Partial<ImportReport> | undefined) });
