import { render } from "preact";
import { Checker } from "./checker.ts";
import { Playground } from "./playground.tsx";

const page = document.getElementById("page");
if (page !== null) render(<Playground checker={new Checker()} />, page);
