// Sends a form of a page and answers with the page's own fragment; shows how far its files have come.
/** The answer: `ok`, the `page` as a document, and its `address`; null when the server could not be reached. */
export function sendForm(form, submitter) {
  return new Promise((done) => {
    const request = new XMLHttpRequest();
    const bar = form.querySelector("progress");
    request.open("POST", form.action);
    request.setRequestHeader("HX-Request", "true");
    request.upload.onprogress = ({ loaded, total }) => {
      if (!bar || total < 100000) return;
      bar.hidden = loaded >= total;
      bar.value = loaded / total;
    };
    request.onload = () => {
      const page = new DOMParser().parseFromString(request.responseText, "text/html");
      done({ ok: request.status < 400, status: request.status, page, address: request.responseURL });
    };
    request.onerror = () => done(null);
    request.onloadend = () => bar && (bar.hidden = true);
    request.send(new FormData(form, submitter ?? undefined));
  });
}
