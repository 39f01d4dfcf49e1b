// The pages about money; loaded together.
export { default as BankPage } from "./BankPage.svelte";
export { default as BillPage } from "./BillPage.svelte";
export { default as Books } from "./Books.svelte";
export { default as GivePage } from "./GivePage.svelte";
export { default as PacketPage } from "./PacketPage.svelte";
export { default as PayCodePage } from "./PayCodePage.svelte";
export { default as PayerCode } from "./PayerCode.svelte";
export { default as PinPage } from "./PinPage.svelte";
export { default as SafetyPage } from "./SafetyPage.svelte";
export { default as ShopPage } from "./ShopPage.svelte";
export { default as StatementPage } from "./StatementPage.svelte";
export { default as TakingsPage } from "./TakingsPage.svelte";
export { default as Wallet } from "./Wallet.svelte";
