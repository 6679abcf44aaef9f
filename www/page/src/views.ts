/** What only dropped files need: the page fetches this part of its script when the model is there. */
export { amongOthers, ColumnsPanel, canBeChosen } from "./columns.js";
export { ResultsView } from "./results.js";
