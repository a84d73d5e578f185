"""From a paper to a ballot that counts: the box, paper ballots, sealed printouts."""
