// Stops the clock at `?now=…`, so that a picture taken on another day is the same. Has to run before the element is loaded.

const asked = Date.parse(new URL(location.href).searchParams.get("now") ?? "");

if (!Number.isNaN(asked)) {
  const Running = Date;
  globalThis.Date = class extends Running {
    constructor(...parts) {
      super(...(parts.length > 0 ? parts : [asked]));
    }

    static now() {
      return asked;
    }
  };
}
