"""Functions, the API in front of them, and who is told when something is wrong."""

import json

from tests.unit.infrastructure.runtime_samples import ACCOUNT, REGION, project, properties

from praktika.infrastructure.template.runtime.functions.watch import DEAD

API = f"arn:aws:execute-api:{REGION}:{ACCOUNT}:${{Api}}"


def functions(done):
    return {one["FunctionName"]: one for one in properties(done, "Lambda::Function").values()}


def test_there_are_three_functions_that_start_quickly_and_log_in_their_own_groups():
    done = project()
    found = functions(done)
    assert {name: one["Handler"] for name, one in found.items()} == {
        "lab-webhook": "praktika.lambdas.webhook.handler",
        "lab-token-broker": "praktika.lambdas.broker.handler",
        "lab-tick": "praktika.lambdas.tick.handler",
    }
    kept = {
        one["Properties"]["LogGroupName"]: one["Properties"]["RetentionInDays"]
        for one in done.templates["stateful"]["Resources"].values()
        if one["Type"] == "AWS::Logs::LogGroup"
    }
    for one in found.values():
        assert one["Runtime"] == "python3.13"
        assert one["Architectures"] == ["arm64"]
        assert one["LoggingConfig"]["LogFormat"] == "JSON"
        assert kept[one["LoggingConfig"]["LogGroup"]] == 30
    assert {"/praktika/lab/instances", "/praktika/lab/functions/api"} <= {*kept}


def test_no_secret_is_in_a_template():
    """Fault 16: variables name parameters, and whoever may read templates learns no value."""
    done = project()
    variables = functions(done)["lab-webhook"]["Environment"]["Variables"]
    secret = "/praktika/lab/platform/webhook-secret"
    assert variables["PRAKTIKA_WEBHOOK_SECRET_PARAMETER"] == secret
    assert (
        functions(done)["lab-token-broker"]["Environment"]["Variables"]["PRAKTIKA_GITHUB_SECRET"]
        == "lab-gh-app"
    )
    for template in done.templates.values():
        assert "{{resolve:ssm-secure" not in json.dumps(template)
        assert "{{resolve:secretsmanager" not in json.dumps(template)


def test_functions_can_be_called_by_the_api_and_the_clock_alone():
    """Fault 2: nobody calls the token broker but through the API, which knows who asks."""
    permissions = properties(project(), "Lambda::Permission").values()
    assert {one["FunctionName"]["Ref"]: one["SourceArn"] for one in permissions} == {
        "FunctionWebhook": {"Fn::Sub": f"{API}/*/POST/webhooks/github"},
        "FunctionTokenBroker": {"Fn::Sub": f"{API}/*/POST/internal/v1/tokens*"},
        "FunctionTick": {"Fn::GetAtt": ["EveryMinute", "Arn"]},
    }


def test_tokens_are_given_to_signed_requests_only():
    """Security 3 is the webhook's own signature; all other routes take AWS's."""
    routes = properties(project(), "ApiGatewayV2::Route").values()
    assert {one["RouteKey"]: one["AuthorizationType"] for one in routes} == {
        "POST /webhooks/github": "NONE",
        "POST /internal/v1/tokens": "AWS_IAM",
        "POST /internal/v1/tokens/revoke": "AWS_IAM",
    }
    (stage,) = properties(project(), "ApiGatewayV2::Stage").values()
    limits = {key: one["ThrottlingRateLimit"] for key, one in stage["RouteSettings"].items()}
    assert limits["POST /webhooks/github"] < limits["POST /internal/v1/tokens"]


def test_without_github_there_are_neither_broker_nor_routes_to_it():
    done = project(github_token_minters=[])
    assert {*functions(done)} == {"lab-webhook", "lab-tick"}
    assert len(properties(done, "ApiGatewayV2::Route")) == 1


def test_dead_letters_ring_one_alarm_for_all_queues():
    """Fault 65: messages that nobody could deal with are seen."""
    done = project(ext={"alarm_emails": ["ci@example.com"]})
    (found,) = properties(done, "Logs::MetricFilter").values()
    assert found["LogGroupName"] == functions(done)["lab-tick"]["LoggingConfig"]["LogGroup"]
    assert DEAD in found["FilterPattern"]
    metric = found["MetricTransformations"][0]["MetricName"]
    alarms = properties(done, "CloudWatch::Alarm")
    assert {one["AlarmName"] for one in alarms.values()} == {"lab-dead-letters", "lab-tick"}
    assert metric in {one["MetricName"] for one in alarms.values()}
    (topic,) = properties(done, "SNS::Topic").values()
    assert topic["Subscription"] == [{"Protocol": "email", "Endpoint": "ci@example.com"}]
    assert all(one["AlarmActions"] == [{"Ref": "Alarms"}] for one in alarms.values())


def test_a_project_without_pools_has_no_functions():
    empty = project(runner_pools=[], orchestrator_pools=[], github_token_minters=[])
    assert functions(empty) == {}
