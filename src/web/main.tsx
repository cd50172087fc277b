import { render } from "preact";
import { openPage } from "./shell/open-page.ts";
import { Page } from "./shell/page.tsx";

const place = document.getElementById("page");
if (place !== null) {
  place.replaceChildren();
  render(<Page state={openPage(document)} />, place);
}
