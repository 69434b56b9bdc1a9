/** The service's names of permissions by which pages are shown; the service decides by itself. */
export const PERMISSIONS = {
  identity: "see_identity",
  upload: "upload",
  bundles: "manage_bundles",
  users: "manage_users",
} as const;
