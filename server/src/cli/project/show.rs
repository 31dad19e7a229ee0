//! `project list` and `project show`.

use serde_json::{Value, json};

use super::retention;
use crate::{
    cli::{CommandError, office::Office, output},
    store::Project,
};

pub(super) fn list(projects: Vec<Project>, json: bool) {
    if json {
        return output::json(&projects.iter().map(describe).collect());
    }
    let rows: Vec<Vec<String>> = projects
        .into_iter()
        .map(|project| vec![project.id, project.name, project.api_key, project.created_at.to_string()])
        .collect();
    output::table(&["id", "name", "apiKey", "created"], &rows);
}

pub(super) async fn show(
    office: &Office,
    reference: Option<&str>,
    secret: bool,
    json: bool,
) -> Result<(), CommandError> {
    let project = office.project(reference).await?;
    let secret = if secret { Some(office.secrets(&project)?.current) } else { None };
    if json {
        let mut value = describe(&project);
        if let Some(secret) = secret {
            value["apiSecretKey"] = secret.into();
        }
        output::json(&value);
        return Ok(());
    }
    print(&project, secret);
    Ok(())
}

pub(super) fn print(project: &Project, secret: Option<String>) {
    let origins: Vec<String> = project.origins.iter().map(ToString::to_string).collect();
    let proofs: Vec<&str> = project.proofs.iter().map(|kind| kind.as_str()).collect();
    let mut fields = vec![
        ("id", project.id.clone()),
        ("name", project.name.clone()),
        ("apiKey", project.api_key.clone()),
        ("origins", if origins.is_empty() { "any".to_owned() } else { origins.join(" ") }),
        ("proofs", proofs.join(" ")),
        ("user ids", project.user_id_rule.as_str().to_owned()),
        ("locale", project.locale.to_string()),
        ("keeps", retention::describe(project.retention)),
        ("created", project.created_at.to_string()),
    ];
    fields.extend(secret.map(|secret| ("apiSecretKey", secret)));
    output::fields(&fields);
}

pub(super) fn describe(project: &Project) -> Value {
    json!({
        "id": project.id,
        "name": project.name,
        "apiKey": project.api_key,
        "origins": project.origins,
        "userIds": project.user_id_rule,
        "proofs": project.proofs,
        "locale": project.locale,
        "retentionDays": project.retention.days(),
        "createdAt": project.created_at,
    })
}
