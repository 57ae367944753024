"""What follows when an engine changes, done: data made anew, engines trained anew, judged and promoted."""
