/** A link's password, and whether names are seen before it. */
import { CheckLine } from '@/components/ui/check-line'
import { PasswordChoice } from './password-choice'

interface PasswordRuleProps {
  /** What is there already, where a link is changed. */
  share?: { password_required: boolean; names_shown: boolean }
}

/** What is about names only is there where there is a password. */
export function PasswordRule({ share }: PasswordRuleProps) {
  return (
    <PasswordChoice of="link" has={share?.password_required ?? false}>
      {(isAsked) =>
        isAsked && (
          <CheckLine
            label="Show names before the password"
            name="names_shown"
            hint="Names and sizes of the files, to whoever has the link."
            defaultChecked={share?.names_shown ?? false}
          />
        )
      }
    </PasswordChoice>
  )
}
