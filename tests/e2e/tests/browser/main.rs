//! The journeys of people at the page of the box: Chromium beside the cell, the program `pumice` as it is shipped, and simulated
//! phones. Each page that somebody visits is judged as a whole, see [`person::Person::look`]. The pictures are in
//! `target/screenshots`; with `PUMICE_SCREENSHOTS=DIR` those of the guides are written there, too.
#![cfg(test)]

mod adding;
mod board;
mod care;
mod first_boot;
mod keyboard;
mod languages;
mod limits;
mod old_phone;
mod person;
mod phones;
mod pictures;
mod qr;
mod settings;
mod signing_in;
mod stage;
mod without_scripts;

use person::Person;
use stage::Stage;
