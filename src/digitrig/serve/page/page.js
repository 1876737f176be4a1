// The page of `digitrig serve`: shows the board, sends what the user does.
"use strict";

const token = new URLSearchParams(location.search).get("token") || "";
const $ = (id) => document.getElementById(id);
const withToken = (path) => `${path}${path.includes("?") ? "&" : "?"}token=${encodeURIComponent(token)}`;

function note(text, bad = false) {
  $("note").textContent = text;
  $("note").className = bad ? "bad" : "";
}

async function ask(request) {
  try {
    const answer = await fetch("/do", {
      method: "POST",
      headers: { "Content-Type": "application/json", "X-Token": token },
      body: JSON.stringify(request),
    });
    const result = await answer.json();
    if (!answer.ok) note(result.error, true);
    return answer.ok ? result : null;
  } catch (error) {
    note("digitrig serve does not answer any more", true);
    return null;
  }
}

// ---------------------------------------------------------------- the LCD and its touch panel
let board = null;
let frameShown = 0;
let frameBusy = false;
let touches = [];
let touchBusy = false;
const fingers = new Map(); // pointer id -> point 0 or 1

async function showFrame(sequence) {
  if (frameBusy || sequence <= frameShown) return;
  frameBusy = true;
  frameShown = sequence;
  try {
    const answer = await fetch(withToken(`/frame.png?seq=${sequence}`));
    if (answer.ok) {
      const picture = await createImageBitmap(await answer.blob());
      $("lcd").getContext("2d").drawImage(picture, 0, 0);
      $("lcd").dataset.seq = sequence;
    }
  } finally {
    frameBusy = false;
  }
}

function place(canvas, event) {
  const box = canvas.getBoundingClientRect();
  const x = ((event.clientX - box.left - canvas.clientLeft) * canvas.width) / canvas.clientWidth;
  const y = ((event.clientY - box.top - canvas.clientTop) * canvas.height) / canvas.clientHeight;
  return [Math.min(canvas.width - 1, Math.max(0, Math.floor(x))), Math.min(canvas.height - 1, Math.max(0, Math.floor(y)))];
}

async function sendTouches() {
  if (touchBusy) return;
  touchBusy = true;
  while (touches.length) {
    const events = touches;
    touches = [];
    await ask({ do: "touch", events });
  }
  touchBusy = false;
}

function finger(event, what) {
  event.preventDefault();
  let point = fingers.get(event.pointerId);
  if (what === "touch") {
    point = [0, 1].find((free) => ![...fingers.values()].includes(free));
    if (point === undefined) return; // a third finger
    fingers.set(event.pointerId, point);
    $("lcd").setPointerCapture(event.pointerId);
  }
  if (point === undefined) return;
  const all = what === "move" && event.getCoalescedEvents ? event.getCoalescedEvents() : [event];
  for (const one of all.length ? all : [event]) touches.push([what, ...place($("lcd"), one), point]);
  if (what === "release") fingers.delete(event.pointerId);
  sendTouches();
}

// ---------------------------------------------------------------- a pad for boards without a touch panel
let strokes = [];
let began = 0;

function padPoint(event) {
  const [x, y] = place($("pad"), event);
  return [x / $("pad").width, y / $("pad").height, Math.round(performance.now() - began)];
}

function wipe() {
  strokes = [];
  $("pad").getContext("2d").clearRect(0, 0, $("pad").width, $("pad").height);
}

function drawPad(from, to) {
  const pen = $("pad").getContext("2d");
  pen.strokeStyle = "#fff";
  pen.lineWidth = 18;
  pen.lineCap = "round";
  pen.beginPath();
  pen.moveTo(from[0] * 280, from[1] * 280);
  pen.lineTo(to[0] * 280, to[1] * 280);
  pen.stroke();
}

function startPad() {
  const pad = $("pad");
  pad.hidden = $("padrow").hidden = false;
  pad.onpointerdown = (event) => {
    pad.setPointerCapture(event.pointerId);
    if (!strokes.length) began = performance.now();
    strokes.push([padPoint(event)]);
    drawPad(strokes.at(-1)[0], strokes.at(-1)[0]);
  };
  pad.onpointermove = (event) => {
    if (!event.buttons || !strokes.length) return;
    strokes.at(-1).push(padPoint(event));
    drawPad(strokes.at(-1).at(-2), strokes.at(-1).at(-1));
  };
  $("wipe").onclick = wipe;
  $("predict").onclick = async () => {
    if (await ask({ do: "draw", strokes })) note("");
  };
}

// ---------------------------------------------------------------- what the board says
function showLines(lines, partial) {
  const box = $("console");
  const atEnd = box.scrollHeight - box.scrollTop - box.clientHeight < 40;
  box.querySelector(".partial")?.remove();
  for (const [ms, text] of lines) {
    const row = document.createElement("div");
    const stamp = document.createElement("time");
    stamp.textContent = `${(ms / 1000).toFixed(6)} `;
    row.append(stamp, text);
    box.append(row);
  }
  if (partial) {
    const row = document.createElement("div");
    row.className = "partial";
    row.textContent = partial;
    box.append(row);
  }
  if (atEnd) box.scrollTop = box.scrollHeight;
}

function showAnswer(prediction) {
  if (!prediction) return;
  $("answer").hidden = false;
  $("digit").textContent = prediction.digit;
  const known = prediction.reference !== null;
  $("reference").textContent = known ? prediction.reference : "-";
  const same = known && String(prediction.reference) === prediction.digit;
  $("verdict").textContent = known ? (same ? "equal" : "NOT equal") : "";
  $("verdict").className = same ? "good" : "bad";
  $("seen").hidden = !prediction.image;
  if (!prediction.image) return;
  const pen = $("seen").getContext("2d");
  const pixels = pen.createImageData(28, 28);
  for (let i = 0; i < 784; i++) {
    pixels.data.fill(parseInt(prediction.image.slice(2 * i, 2 * i + 2), 16), 4 * i, 4 * i + 3);
    pixels.data[4 * i + 3] = 255;
  }
  pen.putImageData(pixels, 0, 0);
}

function show(state) {
  $("time").textContent = `${(state.ms / 1000).toFixed(3)} s`;
  $("pace").textContent = state.paused ? "paused" : `can run ${state.pace.toFixed(1)} x real time`;
  $("pause").textContent = state.paused ? "Run" : "Pause";
  $("speed").value = state.speed;
  showLines(state.lines, state.partial);
  for (const [name, lit] of Object.entries(state.leds)) $(`led-${name}`)?.classList.toggle("lit", lit);
  showAnswer(state.prediction);
  if (state.ended) note(state.ended, true);
  if (state.frame_seq) showFrame(state.frame_seq);
}

async function follow() {
  let after = -1;
  for (;;) {
    try {
      const answer = await fetch(withToken(`/state?after=${after}`));
      const state = await answer.json();
      if (!answer.ok) return note(state.error, true);
      after = state.seq;
      show(state);
    } catch (error) {
      note("digitrig serve does not answer any more", true);
      await new Promise((done) => setTimeout(done, 1000));
    }
  }
}

// ---------------------------------------------------------------- start
function addButton(name) {
  const button = document.createElement("button");
  button.textContent = name;
  button.onpointerdown = (event) => {
    button.setPointerCapture(event.pointerId);
    ask({ do: "press", button: name });
  };
  button.onpointerup = button.onpointercancel = () => ask({ do: "release", button: name });
  $("buttons").append(button);
}

function addLed(name) {
  const led = document.createElement("span");
  const lamp = document.createElement("i");
  lamp.className = "led";
  lamp.id = `led-${name}`;
  led.append(lamp, ` ${name}`);
  $("leds").append(led);
}

function startGlass() {
  const lcd = $("lcd");
  [lcd.width, lcd.height] = board.lcd;
  lcd.hidden = false;
  if (!board.touch) return;
  lcd.onpointerdown = (event) => finger(event, "touch");
  lcd.onpointermove = (event) => finger(event, "move");
  lcd.onpointerup = lcd.onpointercancel = (event) => finger(event, "release");
}

async function start() {
  const answer = await fetch(withToken("/board"));
  board = await answer.json();
  if (!answer.ok) return note(board.error, true);
  document.title = `${board.board} - digitrig`;
  $("title").textContent = board.title;
  $("app").textContent = board.app;
  board.leds.forEach(addLed);
  board.buttons.forEach(addButton);
  for (const speed of board.speeds) $("speed").add(new Option(`${speed} x`, speed));
  if (board.lcd) startGlass();
  else if (board.can_draw) startPad();
  $("pause").onclick = () => ask({ do: $("pause").textContent === "Pause" ? "pause" : "resume" });
  $("step").onclick = () => ask({ do: "step", ms: 10 });
  $("speed").onchange = () => ask({ do: "speed", speed: Number($("speed").value) });
  $("reset").onclick = () => ask({ do: "reset" });
  $("save").onclick = async () => {
    const saved = await ask({ do: "save" });
    if (saved) note(`saved ${saved.file}: ${saved.inputs} inputs; digitrig replay ${saved.file}`);
  };
  $("line").onsubmit = async (event) => {
    event.preventDefault();
    if (await ask({ do: "send", text: $("text").value })) $("text").value = "";
  };
  follow();
}

start();
