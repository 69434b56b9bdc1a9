export const dashboard = {
  "dashboard.title": "Panel",
};
