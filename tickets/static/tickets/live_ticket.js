// The page of a ticket by itself; the inbox opens the same beside its list.
import { mountTicket } from "./ticket_page.js";

mountTicket(document.getElementById("ticket"));
