import { Link } from '@tanstack/react-router';
import { linkClass } from '../../components/link-class.ts';

/** A workflow's name, leading to its page. */
export const WorkflowLink = ({ workspace, name }: { workspace: string; name: string }) => (
  <Link to="/workflows/$workspace/$workflow" params={{ workspace, workflow: name }} className={linkClass}>
    {name}
  </Link>
);
