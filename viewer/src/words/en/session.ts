export const session = {
  "session.title": "Log in",
  "session.claim": "Musculoskeletal images, read into findings that you can check.",
  "session.name": "Name",
  "session.password": "Password",
  "session.enter": "Log in",
  "session.entering": "Logging in …",
  "session.ended": "Your session has ended. Log in to go on where you were.",
  "session.research":
    "For research use only. A model's output is a draft that a clinician must check; it is not a diagnosis and not triage.",
  "session.away": "Condyle cannot be used now",
  "session.change.title": "Choose a new password",
  "session.change.why": "The password that you were given must be changed before you go on.",
  "session.change.old": "Password that you were given",
  "session.change.new": "New password",
  "session.change.repeat": "New password again",
  "session.change.enter": "Change the password",
  "session.change.needed":
    "At least 12 characters, and not your log-in name; a few unrelated words are easy to keep in mind.",
  "session.change.short": "The new password has fewer than 12 characters.",
  "session.change.differ": "The two new passwords differ.",
  "session.change.same": "The new password is the old one.",
  "session.change.done": "The password was changed.",
};
