//! The codecs against recordings and vectors of other people's software, against a second codec, and against input that is
//! wrong in every way that can be generated.

#[cfg(test)]
mod arbitrary;
#[cfg(test)]
mod causes;
#[cfg(test)]
mod hostile;
#[cfg(test)]
mod large;
#[cfg(test)]
mod nas_faults;
#[cfg(test)]
mod nas_outer;
#[cfg(test)]
mod nas_values;
#[cfg(test)]
mod recorded;
#[cfg(test)]
mod recorded_5g;
#[cfg(test)]
mod recording;
#[cfg(test)]
mod round_trip;
#[cfg(test)]
mod s1ap_faults;
#[cfg(test)]
mod s1ap_procedures;
#[cfg(test)]
mod vectors;
