// The pages before one is inside; loaded together.
export { default as LinkThis } from "./LinkThis.svelte";
export { default as Recover } from "./Recover.svelte";
export { default as SignIn } from "./SignIn.svelte";
export { default as SignUp } from "./SignUp.svelte";
