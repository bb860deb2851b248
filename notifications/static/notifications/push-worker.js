// Shows what Web Push brings, while no page of the site need be open; a click goes to what it is about.

self.addEventListener("push", (event) => {
  const { title, body, url, tag, lang } = event.data.json();
  const dir = lang === "ar" ? "rtl" : "ltr";
  const icon = "/static/portal/icon.svg";
  event.waitUntil(self.registration.showNotification(title, { body, tag, lang, dir, icon, data: { url } }));
});

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(show(event.notification.data.url));
});

async function show(url) {
  const pages = await self.clients.matchAll({ type: "window" });
  const open = pages.find((page) => page.url.split("#")[0] === url);
  return open ? open.focus() : self.clients.openWindow(url);
}
