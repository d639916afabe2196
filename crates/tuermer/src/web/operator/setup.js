// Copies the one-time token from behind the # into the form and takes it out of the address line.
(function () {
  var field = document.getElementById("token");
  if (field && field.type !== "hidden" && location.hash.length > 1) {
    field.value = location.hash.slice(1);
    history.replaceState(null, "", location.pathname);
  }
})();
