/** Which page is at which address. Every page is loaded when it is first opened. */
import { createBrowserRouter } from 'react-router'
import { paths } from '@/lib/paths'
import { ErrorPage } from './error-page'
import { Layout } from './layout'
import { NotFoundPage } from './not-found-page'
import { PageSkeleton } from './page-skeleton'
import { requireSession, SessionGate } from './session-gate'

const roomPage = async () => ({
  Component: (await import('@/features/p2p/room-page')).RoomPage,
})

const sharePage = async () => ({
  Component: (await import('@/features/share/share-page')).SharePage,
})

const requestPage = async () => ({
  Component: (await import('@/features/request/request-page')).RequestPage,
})

/** Makes the router; once a page. */
export function createRouter() {
  return createBrowserRouter([
    {
      Component: Layout,
      children: [
        {
          ErrorBoundary: ErrorPage,
          HydrateFallback: PageSkeleton,
          children: [
            {
              index: true,
              lazy: async () => ({
                Component: (await import('@/features/home/home-page')).HomePage,
              }),
            },
            { path: paths.p2p, lazy: roomPage },
            { path: `${paths.p2p}/:room`, lazy: roomPage },
            { path: '/s/:slug', lazy: sharePage },
            { path: '/download/:slug', lazy: sharePage },
            { path: '/r/:slug', lazy: requestPage },
            {
              path: paths.signIn,
              lazy: async () => ({
                Component: (await import('@/features/auth/sign-in-page')).SignInPage,
              }),
            },
            {
              path: paths.secondFactor,
              lazy: async () => ({
                Component: (await import('@/features/auth/second-factor-page')).SecondFactorPage,
              }),
            },
            {
              path: paths.signedIn,
              lazy: async () => ({
                loader: (await import('@/features/auth/take-up-session')).takeUpSession,
              }),
            },
            {
              path: paths.register,
              lazy: async () => ({
                Component: (await import('@/features/auth/register-page')).RegisterPage,
              }),
            },
            {
              path: paths.checkMail,
              lazy: async () => ({
                Component: (await import('@/features/auth/check-mail-page')).CheckMailPage,
              }),
            },
            {
              path: paths.verifyEmail,
              lazy: async () => ({
                Component: (await import('@/features/auth/verify-email-page')).VerifyEmailPage,
              }),
            },
            {
              path: paths.forgotPassword,
              lazy: async () => ({
                Component: (await import('@/features/auth/forgot-password-page'))
                  .ForgotPasswordPage,
              }),
            },
            {
              path: paths.resetPassword,
              lazy: async () => ({
                Component: (await import('@/features/auth/reset-password-page')).ResetPasswordPage,
              }),
            },
            {
              path: paths.docs,
              lazy: async () => ({
                Component: (await import('@/features/docs/docs-page')).DocsPage,
              }),
            },
            {
              Component: SessionGate,
              loader: requireSession,
              children: [
                {
                  path: paths.upload,
                  lazy: async () => ({
                    Component: (await import('@/features/library/upload-page')).UploadPage,
                  }),
                },
                {
                  path: `${paths.files}/:folder?`,
                  lazy: async () => ({
                    Component: (await import('@/features/library/files-page')).FilesPage,
                  }),
                },
                {
                  path: paths.trash,
                  lazy: async () => ({
                    Component: (await import('@/features/library/trash-page')).TrashPage,
                  }),
                },
                {
                  path: paths.requests,
                  lazy: async () => ({
                    Component: (await import('@/features/library/requests/requests-page'))
                      .RequestsPage,
                  }),
                },
                {
                  path: paths.handedIn,
                  lazy: async () => ({
                    Component: (await import('@/features/hand-in/handed-in-page')).HandedInPage,
                  }),
                },
                {
                  path: paths.settings,
                  lazy: async () => ({
                    Component: (await import('@/features/settings/settings-page')).SettingsPage,
                  }),
                },
                {
                  path: paths.admin,
                  lazy: async () => ({
                    Component: (await import('@/features/admin/admin-page')).AdminPage,
                  }),
                },
                {
                  path: paths.device,
                  lazy: async () => ({
                    Component: (await import('@/features/settings/device-page')).DevicePage,
                  }),
                },
              ],
            },
            { path: '*', Component: NotFoundPage },
          ],
        },
      ],
    },
  ])
}
