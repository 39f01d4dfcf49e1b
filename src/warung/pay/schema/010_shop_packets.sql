-- A red packet that a shop gave: its money came out of the shop's till, and what nobody takes goes back there.
ALTER TABLE packet ADD COLUMN shop {id};
