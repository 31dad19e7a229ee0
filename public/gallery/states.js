// The states of the gallery. To add one, write its entry into a file of states/: the list, the pictures and the tests follow.
//
// An entry has `id` and `title`, and where it differs from an empty inbox with the panel open:
//   note        a sentence about it
//   items       makes the items of its server
//   answers     what its server answers otherwise: see stand-in.js
//   attributes  of the element
//   dress       puts something of the page's into the element
//   tokens      custom properties of the element: see tokens.js
//   lang, dir   of the page
//   isOpen      false: the panel stays closed
//   isSignedOut true: there is no proof of a user
//   isThere     tells that it is drawn, where neither items nor a notice say so
//   isPictured  false: machines draw it with fonts of their own, so that the tests cannot compare it
//   after       does what a reader would do: see hands.js

import { arrivals } from "./states/arriving.js";
import { bell } from "./states/bell.js";
import { doing } from "./states/doing.js";
import { languages } from "./states/languages.js";
import { list } from "./states/list.js";
import { nothing } from "./states/nothing.js";
import { pages } from "./states/pages.js";
import { settings } from "./states/settings.js";
import { trouble } from "./states/trouble.js";

export const GROUPS = [bell, list, doing, arrivals, settings, nothing, trouble, languages, pages];
export const STATES = GROUPS.flatMap(({ states }) => states);
