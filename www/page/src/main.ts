import "./style/index.css";
import { Controller } from "./controller.js";

new Controller().start();
