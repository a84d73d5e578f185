"""From closed rounds to a published result: the checklist, four hands, objections, the working of every number, advice."""
