/** The people of the tests: Budi holds the phone, Siti and Ayu write to him. */

import type { AccountId, Me, Person } from "../src/kit/wire";

export const person = (id: AccountId): Person => ({
  id,
  handle: id,
  name: id[0]!.toUpperCase() + id.slice(1),
  avatar: null,
  status: null,
  region: null,
  remark: null,
  tags: [],
  relation: "contact",
});

export const me = (id: AccountId): Me => ({
  id,
  handle: id,
  name: person(id).name,
  avatar: null,
  status: null,
  region: "ID",
  language: "id",
  operator: false,
  privacy: { read_receipts: true, find_by_handle: true },
  has_password: true,
  passkeys: 0,
  recovery_codes_left: 10,
});
