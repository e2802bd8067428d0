// The wire to Python: every event is kept and sent again with the next until Python has dealt with it.

const PATIENCE = 8000; // ms after which unanswered events are sent once more

export class Link {
  constructor() {
    this.client = Math.random().toString(36).slice(2);
    this.rows = [];
    this.count = 0;
    this.tries = 0;
    this.post = () => {};
  }

  /** Takes what a run of the page hands over; true when it knows all that was sent. */
  receive(data, setStateValue) {
    this.post = () => {
      clearTimeout(this.timer);
      if (!this.rows.length) return;
      this.timer = setTimeout(() => this.post(), PATIENCE);
      setStateValue("events", { client: this.client, rows: this.rows, try: ++this.tries });
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
