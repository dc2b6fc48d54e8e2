// 朗读: reads the page with the system's own voice; where there is no voice for its language the button stays hidden.
(() => {
  const speech = window.speechSynthesis;
  const button = document.querySelector("[data-read]");
  if (!speech || !button) return;
  const start = button.textContent;
  const language = document.documentElement.lang.slice(0, 2);
  const voice = () => speech.getVoices().find((one) => one.lang.toLowerCase().startsWith(language));
  const show = () => { button.hidden = !voice(); };
  const rest = () => { button.textContent = start; button.setAttribute("aria-pressed", "false"); };
  button.addEventListener("click", () => {
    if (speech.speaking) { speech.cancel(); rest(); return; }
    const lines = document.getElementById("main").innerText.split(/\n+/).filter((line) => line.trim() && line.trim() !== start);
    lines.forEach((line, place) => {
      const said = new SpeechSynthesisUtterance(line);
      said.voice = voice();
      said.lang = said.voice.lang;
      said.rate = 0.9;
      if (place === lines.length - 1) said.onend = rest;
      speech.speak(said);
    });
    button.textContent = button.dataset.stop;
    button.setAttribute("aria-pressed", "true");
  });
  window.addEventListener("pagehide", () => speech.cancel());
  speech.addEventListener?.("voiceschanged", show);
  show();
})();
