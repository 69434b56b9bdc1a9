export const observations = {
  "observations.title": "Observaciones",
};
