export const observations = {
  "observations.title": "Observations",
};
