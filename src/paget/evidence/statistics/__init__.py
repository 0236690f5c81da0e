"""The statistics that a counterpart may ask for, one small pair of functions each: what is needed, what is answered."""
