"""Creates a user pool, an app client and an identity pool in ministack, and prints their ids as JSON.

    .tools/ministack/bin/python tools/ministack/create_pool.py http://127.0.0.1:PORT
"""

import io
import json
import sys
import zipfile
from pathlib import Path

from botocore.config import Config
from botocore.session import Session

endpoint, region = sys.argv[1], "us-east-1"
session = Session()
session.set_credentials("test", "test")
config = Config(retries={"max_attempts": 3}, connect_timeout=5, read_timeout=20)


def client(service):
    return session.create_client(service, region_name=region, endpoint_url=endpoint, config=config)


# The functions behind a custom sign-in; a role is needed for them, what it may do is not asked.
role = client("iam").create_role(RoleName="questions", AssumeRolePolicyDocument="{}")["Role"]["Arn"]
code = io.BytesIO()
with zipfile.ZipFile(code, "w") as archive:
    archive.write(Path(__file__).with_name("questions.py"), "questions.py")
function = client("lambda").create_function(
    FunctionName="questions",
    Runtime="python3.12",
    Handler="questions.handler",
    Role=role,
    Code={"ZipFile": code.getvalue()},
)["FunctionArn"]

users = client("cognito-idp")
pool = users.create_user_pool(
    PoolName="doorward",
    UsernameAttributes=["email"],
    AutoVerifiedAttributes=["email"],
    Policies={
        "PasswordPolicy": {
            "MinimumLength": 8,
            "RequireUppercase": True,
            "RequireLowercase": True,
            "RequireNumbers": True,
            "RequireSymbols": True,
        }
    },
    Schema=[{"Name": "agentName", "AttributeDataType": "String", "Mutable": True}],
    LambdaConfig={
        "DefineAuthChallenge": function,
        "CreateAuthChallenge": function,
        "VerifyAuthChallengeResponse": function,
    },
)["UserPool"]["Id"]
# Whoever has set up an authenticator app is asked for its code.
users.set_user_pool_mfa_config(
    UserPoolId=pool, SoftwareTokenMfaConfiguration={"Enabled": True}, MfaConfiguration="OPTIONAL"
)
app = users.create_user_pool_client(
    UserPoolId=pool,
    ClientName="doorward",
    GenerateSecret=False,
    ExplicitAuthFlows=["ALLOW_USER_SRP_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"],
    PreventUserExistenceErrors="ENABLED",
)["UserPoolClient"]["ClientId"]
identity = client("cognito-identity").create_identity_pool(
    IdentityPoolName="doorward",
    AllowUnauthenticatedIdentities=False,
    CognitoIdentityProviders=[{"ProviderName": f"cognito-idp.{region}.amazonaws.com/{pool}", "ClientId": app}],
)["IdentityPoolId"]
print(json.dumps({"region": region, "user_pool": pool, "client": app, "identity_pool": identity}))
