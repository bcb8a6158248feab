"""An application for gunicorn: flask_server:application."""
import hashlib
from flask import Flask, Response, jsonify, redirect, request

application = Flask(__name__)


@application.route("/", methods=["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"])
def hello():
    return "hello"


@application.route("/digest", methods=["POST", "PUT"])
def digest():
    data = request.get_data()
    return jsonify(size=len(data), sha256=hashlib.sha256(data).hexdigest())


@application.post("/form")
def form():
    return jsonify({**request.form, **{name: len(file.read()) for name, file in request.files.items()}})


@application.get("/numbers")
def numbers():
    return Response((f"{index}\n" for index in range(1000)), mimetype="text/plain")


@application.get("/cookies")
def cookies():
    response = jsonify(request.cookies)
    response.set_cookie("one", "1")
    response.set_cookie("two", "2", path="/cookies")
    return response


@application.route("/redirect", methods=["GET", "POST"])
def other():
    return redirect("/", code=int(request.args.get("status", 307)))


@application.get("/status/<int:code>")
def status(code):
    return "" if code in (204, 304) else "text", code


@application.route("/fields", methods=["GET", "PUT"])
def fields():
    wanted = {name.lower(): value for name, value in request.headers.items() if name.lower().startswith("x-test") or name.lower() in ("host", "accept", "authorization")}
    return jsonify(dict(sorted(wanted.items()))), 200, {"X-Answer": "a, b", "X-Empty": ""}
