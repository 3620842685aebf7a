// A slider's number; without script the hint beside it says what stands.
function watchSliders() {
  const show = (slider) => {
    const shown = document.getElementById(slider.dataset.shownIn);
    if (shown) shown.textContent = slider.value;
  };
  document.querySelectorAll("[data-shown-in]").forEach(show);
  document.addEventListener("input", (event) => {
    if (event.target.matches?.("[data-shown-in]")) show(event.target);
  });
}

watchSliders();
