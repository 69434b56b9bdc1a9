export const account = {
  "account.title": "Su cuenta",
};
