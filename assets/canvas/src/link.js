// The wire to Python: every event is kept and sent again with the next until Python has dealt with it.

const PATIENCE = 8000; // ms after which unanswered events are sent once more

const KEPT = 16; // pictures kept; what did not change in them is kept once

/** A picture after what changed, as pages/widgets/graph.py tells it. */
export function changed(known, change) {
  const made = {};
  for (const [table, { rows, order }] of Object.entries(change)) {
    const next = { ...known[table], ...rows };
    const ids = (order ?? Object.keys(next)).filter((id) => next[id] !== null);
    made[table] = Object.fromEntries(ids.map((id) => [id, next[id]]));
  }
  return made;
}

export class Link {
  constructor() {
    this.client = Math.random().toString(36).slice(2);
    this.rows = [];
    this.count = 0;
    this.tries = 0;
    this.post = () => {};
    this.pictures = new Map(); // those Python may speak of, by rev
  }

  /** The picture a run hands over, whole or as what changed since one that is here; else null. */
  picture({ rev, picture, base, change }) {
    if (this.pictures.has(rev)) return this.pictures.get(rev);
    const known = this.pictures.get(base);
    if (!picture && !known) return null;
    const made = picture ?? changed(known, change);
    this.pictures.set(rev, made);
    for (const old of this.pictures.keys()) if (this.pictures.size > KEPT && old !== this.told) this.pictures.delete(old);
    this.have = rev;
    return made;
  }

  /** Takes what a run of the page hands over; true when it knows all that was sent. */
  receive(data, setStateValue) {
    this.post = () => {
      clearTimeout(this.timer);
      if (!this.rows.length) return;
      this.timer = setTimeout(() => this.post(), PATIENCE);
      this.told = this.have;
      setStateValue("events", { client: this.client, rows: this.rows, have: this.have, try: ++this.tries });
    };
    if (data.client === this.client) this.rows = this.rows.filter((row) => row.n > data.done);
    if (!this.rows.length) clearTimeout(this.timer);
    return !this.rows.length;
  }

  send(verb, row = {}) {
    this.rows = [...this.rows, { n: ++this.count, do: verb, ...row }];
    this.post();
  }

  close() {
    clearTimeout(this.timer);
    this.post = () => {};
  }
}
